// Every method of node-zendesk for mails that were set aside: there are seven.
import { client, ok, refused, same } from "./clients.mjs";

const one = async (p) => { const r = await p; const v = r?.result ?? r; return v.suspended_ticket ?? v; };
const all = async () => [].concat(await one(client.suspendedtickets.list())).flatMap((x) => x.suspended_tickets ?? x);
const [a, b, c, d, e, f, g] = (await all()).map((t) => t.id);
ok(g > 0);
same([(await one(client.suspendedtickets.show(a))).author.email], ["spam0@far.example"]);
const copied = await one(client.suspendedtickets.attachments(a));
same([(copied.upload ?? copied).attachments[0].file_name], ["offer.csv"]);
await client.suspendedtickets.delete(a);
ok(String((await refused(client.suspendedtickets.show(a))).message).includes("404"));
await client.suspendedtickets.destroyMany([b, c]);
await client.suspendedtickets.deleteMany([d]);
same((await all()).map((t) => t.id), [e, f, g]);
await client.suspendedtickets.recover(e);
await client.suspendedtickets.recoverMany([f, g]);
same(await all(), []);
