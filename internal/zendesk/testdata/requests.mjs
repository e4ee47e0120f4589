import { client, ok, same } from "./clients.mjs";

const result = async (p) => { const r = await p; return r && r.result !== undefined ? r.result : r; };
const r = await result(client.requests.create({ request: { subject: "Ask", comment: { body: "How?" } } }));
ok(r.id > 0 && r.status === "new", JSON.stringify(r));
same((await result(client.requests.show(r.id))).subject, "Ask");
same((await result(client.requests.getRequest(r.id))).id, r.id);
ok((await result(client.requests.list())).some((x) => x.id === r.id));
ok((await result(client.requests.listOpen())).some((x) => x.id === r.id));
ok(!(await result(client.requests.listSolved())).some((x) => x.id === r.id));
same(await result(client.requests.listCCD()), []);
ok((await result(client.requests.listByUser(r.requester_id))).some((x) => x.id === r.id));
ok((await result(client.requests.search({ query: "ask" }))).some((x) => x.id === r.id));
await result(client.requests.update(r.id, { request: { comment: { body: "Never mind" }, solved: true } }));
same((await result(client.requests.show(r.id))).status, "solved");
const said = await result(client.requests.listComments(r.id));
const comments = said.flatMap((x) => x.comments ?? x);
same(comments.length, 2);
await result(client.requests.getComment(r.id, comments[0].id));

same(await result(client.suspendedtickets.list()), []);
const rated = await result(client.satisfactionratings.create(r.id, { satisfaction_rating: { score: "good", comment: "Thanks" } }));
same((rated.satisfaction_rating ?? rated).score, "good");
same((await result(client.satisfactionratings.list())).length, 1);
same((await result(client.satisfactionratings.received())).length, 1);
const one = await result(client.satisfactionratings.show((rated.satisfaction_rating ?? rated).id));
same((one.satisfaction_rating ?? one).comment, "Thanks");
