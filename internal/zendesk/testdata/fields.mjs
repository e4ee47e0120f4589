// Every method of node-zendesk and zendesk-node-api for fields, forms and brands.
import { client, ok, old, refused, same } from "./clients.mjs";

const one = async (p) => { const r = await p; return r.result ?? r; };
const options_of = async (p) => { const r = await one(p); return r.custom_field_options ?? r; };
const titles = (list) => list.map((r) => r.title ?? r.name);

const made = await one(client.ticketfields.create({ ticket_field: { type: "tagger", title: "Product area", custom_field_options: [{ name: "Billing", value: "billing" }, { name: "API", value: "api" }] } }));
ok(made.id > 0 && made.type === "tagger" && made.custom_field_options.length === 2, JSON.stringify(made));
same((await one(client.ticketfields.show(made.id))).title, "Product area");
const all = await one(client.ticketfields.list());
ok(["subject", "status", "priority"].every((t) => all.some((f) => f.type === t)) && titles(all).includes("Product area"));
ok(JSON.stringify(await one(client.ticketfields.count())).includes("value"));
same((await one(client.ticketfields.update(made.id, { ticket_field: { title: "Area", agent_description: "Where it hurts" } }))).title, "Area");
const options = await options_of(client.ticketfields.listOptions(made.id));
same(options.map((o) => o.value), ["billing", "api"]);
same([].concat(await one(client.ticketfields.showOption(made.id, options[1].id)))[0].custom_field_option?.value ?? (await one(client.ticketfields.showOption(made.id, options[1].id))).value, "api");
const added = await one(client.ticketfields.createOrUpdateOption(made.id, { custom_field_option: { name: "Login", value: "login" } }));
same((added.custom_field_option ?? added).value, "login");
await client.ticketfields.deleteOption(made.id, options[0].id);
same((await options_of(client.ticketfields.listOptions(made.id))).map((o) => o.value), ["api", "login"]);
const oldFields = await old.ticketFields?.list?.() ?? await old.fields?.list?.();
if (oldFields) ok(titles(oldFields.ticket_fields ?? oldFields).includes("Area"));

for (const [noun, member] of [["userfields", "user_field"], ["organizationfields", "organization_field"]]) {
  const f = await one(client[noun].create({ [member]: { type: "text", title: "Nick name", key: "nick_name" } }));
  same([f.key, f.type], ["nick_name", "text"]);
  same((await one(client[noun].show(f.id))).title, "Nick name");
  ok(titles(await one(client[noun].list())).includes("Nick name"));
  same((await one(client[noun].update(f.id, { [member]: { title: "Nickname" } }))).key, "nick_name");
  const g = await one(client[noun].create({ [member]: { type: "text", title: "Second", key: "second" } }));
  await client[noun].reorder([g.id, f.id]);
  same(titles(await one(client[noun].list())).filter((x) => ["Nickname", "Second"].includes(x)), ["Second", "Nickname"]);
  await client[noun].delete(g.id);
  await client[noun].delete(f.id);
  ok(String((await refused(client[noun].show(f.id))).message).includes("404"));
}

const form = await one(client.ticketforms.create({ ticket_form: { name: "Complaints", end_user_visible: true, ticket_field_ids: [made.id] } }));
ok(form.ticket_field_ids.includes(made.id) && form.end_user_visible, JSON.stringify(form));
same((await one(client.ticketforms.show(form.id))).name, "Complaints");
ok(titles(await one(client.ticketforms.list())).includes("Complaints"));
same((await one(client.ticketforms.update(form.id, { ticket_form: { name: "Praise" } }))).ticket_field_ids, form.ticket_field_ids);
const copy = await one(client.ticketforms.clone(form.id));
ok(copy.ticket_field_ids.includes(made.id));
await client.ticketforms.reorder((await one(client.ticketforms.list())).map((f) => f.id).reverse());
await client.ticketforms.delete(copy.id);
await client.ticketforms.delete(form.id);
await client.ticketfields.delete(made.id);
ok(String((await refused(client.ticketfields.show(made.id))).message).includes("404"));

const inBrand = (r) => r.brand ?? r;
const brand = inBrand(await one(client.brand.create({ brand: { name: "Second", subdomain: "second" } })));
same(inBrand(await one(client.brand.show(brand.id))).name, "Second");
ok(titles(await one(client.brand.list())).includes("Second"));
same(inBrand(await one(client.brand.update({ brand: { name: "The second" } }, brand.id))).name, "The second");
await client.brand.delete(brand.id);
