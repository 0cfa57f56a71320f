// What an application does with imapflow, over whatever capabilities it finds. Prints the step that failed.
import { createRequire } from 'node:module';
import assert from 'node:assert/strict';

const require = createRequire(process.env.NODE_PATH + '/');
const { ImapFlow } = require('imapflow');
const { HOST, PORT, TLS, MAILUSER, MAILPASS } = process.env;

const open = async () => {
  const client = new ImapFlow({
    host: HOST, port: Number(PORT), secure: TLS === 'implicit', doSTARTTLS: TLS === 'starttls',
    auth: { user: MAILUSER, pass: MAILPASS }, logger: false, qresync: true,
  });
  await client.connect();
  return client;
};
const message = (n) => [
  'From: a@example.org', 'To: "B, C" <b@example.org>', `Subject: =?utf-8?Q?fl=C3=B6w?= ${n}`,
  `Date: Tue, 02 Jan 2024 1${n}:00:00 +0000`, `Message-ID: <${n}@flow>`, 'MIME-Version: 1.0',
  'Content-Type: multipart/alternative; boundary=x', '', '--x', 'Content-Type: text/plain', '', `plain ${n}`, '--x',
  'Content-Type: text/html; charset=utf-8', 'Content-Transfer-Encoding: quoted-printable', '', `<b>=C3=BC ${n}</b>`, '--x--', '',
].join('\r\n');

let client;
let child;
const steps = {
  async connect() {
    client = await open();
    for (const token of ['IDLE', 'UIDPLUS', 'MOVE']) assert(client.capabilities.has(token), `no ${token}`);
  },
  async mailboxes() {
    await client.mailboxCreate('flow');
    child = (await client.mailboxCreate(['flow', 'child'])).path;
    const list = await client.list({ statusQuery: { messages: true, unseen: true } });
    assert(list.some((box) => box.path === 'INBOX'));
    assert(list.some((box) => box.path === child && box.status.messages === 0));
  },
  async append() {
    for (let n = 0; n < 5; ++n) {
      const { uid } = await client.append('flow', message(n), n === 1 ? ['\\Seen'] : [], new Date(Date.UTC(2024, 0, 2, n)));
      assert.equal(uid, n + 1);
    }
  },
  async fetch() {
    await client.mailboxOpen('flow');
    assert.equal(client.mailbox.exists, 5);
    const items = { uid: true, flags: true, envelope: true, bodyStructure: true, size: true, internalDate: true, threadId: true };
    const all = [];
    for await (const one of client.fetch('1:*', items)) all.push(one);
    assert.equal(all.length, 5);
    assert.equal(all[2].envelope.subject, 'flöw 2');
    assert.equal(all[2].envelope.to[0].name, 'B, C');
    assert.equal(all[2].bodyStructure.childNodes.length, 2);
    assert.equal(all[2].size, Buffer.byteLength(message(2)));
    assert.equal(all[3].internalDate.getTime(), Date.UTC(2024, 0, 2, 3));
    assert(all[1].flags.has('\\Seen'));
    const one = await client.fetchOne('3', { source: true, headers: ['subject'] });
    assert.equal(one.source.toString(), message(2));
    let text = '';
    for await (const piece of (await client.download('4', '2')).content) text += piece;
    assert.equal(text.trim(), '<b>ü 3</b>');
  },
  async search() {
    assert.deepEqual(await client.search({ seen: false }), [1, 3, 4, 5]);
    assert.deepEqual(await client.search({ header: { 'message-id': '<4@flow>' } }, { uid: true }), [5]);
    assert.deepEqual(await client.search({ or: [{ subject: 'flöw 0' }, { body: 'plain 4' }] }), [1, 5]);
    assert.equal((await client.search({ sentSince: new Date('2024-01-01'), larger: 10, not: { seen: true } })).length, 4);
  },
  async flags() {
    await client.messageFlagsAdd('1:2', ['\\Flagged', '$Label1']);
    await client.messageFlagsRemove('2', ['\\Seen']);
    const { flags } = await client.fetchOne('2', { flags: true });
    assert(flags.has('\\Flagged') && flags.has('$Label1') && !flags.has('\\Seen'));
  },
  async changes() {
    const before = client.mailbox.highestModseq;
    await client.messageFlagsAdd('3', ['\\Answered']);
    const changed = [];
    for await (const one of client.fetch('1:*', { flags: true }, { changedSince: before })) changed.push(one.seq);
    assert(changed.includes(3), `changed since: ${changed}`);
  },
  async copyAndMove() {
    assert.equal((await client.messageCopy('1:3', child)).uidMap.size, 3);
    await client.messageMove('5', child);
    // mailbox.exists does not follow VANISHED.
    assert.equal((await client.status('flow', { messages: true })).messages, 4);
    await client.messageDelete('4');
    assert.equal((await client.status('flow', { messages: true })).messages, 3);
    assert.equal((await client.status(child, { messages: true, uidNext: true, highestModseq: true })).messages, 4);
  },
  async idle() {
    const other = await open();
    const news = new Promise((resolve) => client.once('exists', resolve));
    const gone = new Promise((resolve) => client.once('expunge', resolve));
    const idling = client.idle();
    await other.append('flow', message(7));
    assert.equal((await news).count, 4);
    await other.mailboxOpen('flow');
    await other.messageDelete('1');
    assert.equal((await gone).path, 'flow');
    await client.noop();
    await idling;
    await other.logout();
  },
  async end() {
    await client.mailboxClose();
    await client.mailboxRename('flow', 'flow2');
    await client.mailboxSubscribe('flow2');
    await client.mailboxUnsubscribe('flow2');
    const left = (await client.list()).filter((box) => box.path.startsWith('flow'));
    for (const box of left.reverse()) await client.mailboxDelete(box.path);
    await client.logout();
  },
};

let step = 'start';
setTimeout(() => {
  console.log(`stuck in ${step}`);
  process.exit(1);
}, 60000);
try {
  for (const [name, run] of Object.entries(steps)) {
    step = name;
    await run();
  }
  process.exit(0);
} catch (error) {
  console.log(`${step}: ${error.message} ${error.responseText || ''}`);
  process.exit(1);
}
