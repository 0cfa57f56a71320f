// Submits one message with nodemailer, as applications do: STARTTLS, a text, an HTML part and an attachment. Prints the answer.
import { createRequire } from 'node:module';

const require = createRequire(process.env.NODE_PATH + '/');
const nodemailer = require('nodemailer');
const { PORT, MAILUSER, MAILPASS, FROM, TO } = process.env;

const transport = nodemailer.createTransport({
  host: 'localhost', port: Number(PORT), requireTLS: true, auth: { user: MAILUSER, pass: MAILPASS },
});
const info = await transport.sendMail({
  from: FROM, to: TO, subject: 'Grüße aus node', messageId: '<node@example.org>', text: '.\r\nüber\r\n', html: '<p>über</p>',
  attachments: [{ filename: 'a.bin', content: Buffer.from([0, 1, 2, 13, 10, 46, 13, 10, 255]) }],
  dsn: { id: 'envelope', return: 'headers', notify: ['failure'], recipient: TO },
});
console.log(info.response);
