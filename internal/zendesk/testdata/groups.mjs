import { client, ok, refused, same } from "./clients.mjs";

const { result: all } = await (async () => { const r = await client.groups.list(); return r.result ? r : { result: r }; })();
ok(all.length > 0 && all.every((g) => g.id > 0 && g.name), JSON.stringify(all));
const one = (await client.groups.show(all[0].id)).result;
same(one.name, all[0].name);
const gone = await refused(client.groups.show(999999));
ok(String(gone.message).includes("404"), gone.message);
