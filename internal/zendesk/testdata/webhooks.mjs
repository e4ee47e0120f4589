// Every method of node-zendesk for webhooks.
import { createServer } from "node:http";
import { createHmac } from "node:crypto";
import { client, email, ok, refused, same, token, url } from "./clients.mjs";

const one = async (p) => { const r = await p; const v = r.result ?? r; return v.webhook ?? v; };
const got = [];
const server = createServer((req, res) => {
  let body = "";
  req.on("data", (d) => { body += d; });
  req.on("end", () => { got.push({ method: req.method, headers: req.headers, body }); res.statusCode = 202; res.end("taken"); });
});
await new Promise((go) => server.listen(0, "127.0.0.1", go));
const endpoint = `http://127.0.0.1:${server.address().port}/hook`;

const made = await one(client.webhooks.create({ webhook: { name: "Orders", endpoint, http_method: "POST", request_format: "json", status: "active", subscriptions: ["conditional_ticket_events"],
  custom_headers: { "x-shop": "north" }, authentication: { type: "basic_auth", add_position: "header", data: { username: "shop", password: "s3cret" } } } }));
ok(typeof made.id === "string" && made.status === "active" && made.endpoint === endpoint, JSON.stringify(made));
same([made.subscriptions, made.custom_headers, made.request_format, made.signing_secret.algorithm], [["conditional_ticket_events"], { "x-shop": "north" }, "json", "SHA256"]);
ok(!JSON.stringify(made).includes("s3cret"));
const secret = (await one(client.webhooks.getSigningSecret(made.id))).signing_secret?.secret ?? made.signing_secret.secret;
same(secret, made.signing_secret.secret);
ok((await client.webhooks.list()).flatMap((w) => w.webhooks ?? w).some((w) => w.id === made.id));
same((await one(client.webhooks.show(made.id))).name, "Orders");

// what a trigger tells arrives, signed
await client.triggers.create({ trigger: { title: "Tell the shop", conditions: { all: [{ field: "update_type", operator: "is", value: "Create" }] },
  actions: [{ field: "notification_webhook", value: [made.id, '{"id": {{ticket.id}}, "title": "{{ticket.title}}", "status": "{{ticket.status}}"}'] }] } });
const ticket = (await client.tickets.create({ ticket: { subject: 'Say "yes"', comment: { body: "Please" }, requester: { name: "R", email: "r@acme.example" } } }));
const id = (ticket.result ?? ticket).id ?? ticket.result.ticket.id;
for (let i = 0; got.length === 0 && i < 300; i++) await new Promise((go) => setTimeout(go, 50));
same(got.length, 1);
same(JSON.parse(got[0].body), { id, title: 'Say "yes"', status: "new" });
const h = got[0].headers;
same(h["x-zendesk-webhook-signature"], createHmac("sha256", secret).update(h["x-zendesk-webhook-signature-timestamp"] + got[0].body).digest("base64"));
same([h["x-shop"], h.authorization, h["x-zendesk-webhook-id"], h["content-type"]], ["north", "Basic " + Buffer.from("shop:s3cret").toString("base64"), made.id, "application/json"]);
ok(h["x-zendesk-account-id"] && h["x-zendesk-webhook-invocation-id"]);

let calls = [];
for (let i = 0; calls[0]?.status !== "completed" && i < 100; i++) {
  const r = await client.webhooks.listInvocations(made.id);
  calls = (r.result ?? r).invocations ?? r.result ?? r;
  await new Promise((go) => setTimeout(go, 50));
}
same([calls.length, calls[0].status, calls[0].status_code], [1, "completed", 202]);
const attempts = await client.webhooks.listInvocationAttempts(made.id, calls[0].id);
const attempt = ((attempts.result ?? attempts).attempts ?? attempts.result)[0];
same([attempt.request.payload, attempt.response.payload], [got[0].body, "taken"]);

// a test goes out at once
const tried = await client.webhooks.test({ request: { payload: '{"a": 1}' } }, made.id);
same((tried.result ?? tried).response?.status ?? tried.result?.status, 202);
same(got[1].body, '{"a": 1}');
same(got[1].headers["x-zendesk-webhook-signature"], createHmac("sha256", secret).update(got[1].headers["x-zendesk-webhook-signature-timestamp"] + got[1].body).digest("base64"));
const fresh = await client.webhooks.test({ request: { endpoint, http_method: "PUT", request_format: "json", payload: "{}" } });
same([(fresh.result ?? fresh).response?.status ?? fresh.result?.status, got[2].method, got[2].headers["x-zendesk-webhook-signature"]], [202, "PUT", undefined]);

await client.webhooks.resetSigningSecret(made.id);
ok(JSON.stringify(await client.webhooks.getSigningSecret(made.id)).includes(secret) === false);
await client.webhooks.patch(made.id, { webhook: { status: "inactive" } });
same((await one(client.webhooks.show(made.id))).status, "inactive");
await client.webhooks.update(made.id, { webhook: { name: "Shop", endpoint, http_method: "PUT", request_format: "form_encoded", status: "active", subscriptions: ["zen:event-type:ticket.created"] } });
const changed = await one(client.webhooks.show(made.id));
same([changed.name, changed.http_method, changed.request_format, changed.subscriptions], ["Shop", "PUT", "form_encoded", ["zen:event-type:ticket.created"]]);

const as = { Authorization: "Basic " + Buffer.from(`${email}/token:${token}`).toString("base64"), "Content-Type": "application/json" };
const clone = await (await fetch(`${url}/api/v2/webhooks?clone_webhook_id=${made.id}`, { method: "POST", headers: as, body: "{}" })).json();
same([clone.webhook.endpoint, clone.webhook.http_method], [endpoint, "PUT"]);
await client.webhooks.delete(clone.webhook.id);
ok(String((await refused(client.webhooks.show(clone.webhook.id))).message).includes("404"));
ok(String((await refused(client.webhooks.create({ webhook: { name: "Bad", endpoint, subscriptions: ["zen:event-type:moon.risen"] } }))).message).includes("422"));
server.close();
