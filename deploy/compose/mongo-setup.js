// Run by mongosh, once a start, and safe to repeat: makes the replica set and the services' users.
// Each user reads and writes its own service's database and nothing else.

const { readFileSync } = require('node:fs');

const password = readFileSync('/run/secrets/mongo_root', 'utf8').trim();
const address = `mongodb://root:${encodeURIComponent(password)}@mongo/?authSource=admin&directConnection=true`;
const SERVICES = ['intake', 'routing', 'notifications', 'surveys'];

const admin = new Mongo(address).getDB('admin');

try {
  admin.runCommand({ replSetGetStatus: 1 });
} catch (error) {
  if (error.codeName !== 'NotYetInitialized') throw error;
  admin.runCommand({ replSetInitiate: { _id: 'rs0', members: [{ _id: 0, host: 'mongo:27017' }] } });
}

while (!admin.runCommand({ hello: 1 }).isWritablePrimary) sleep(200);

// A connection from before the set was made goes on thinking that there is none.
const connection = new Mongo(address);
for (const service of SERVICES) {
  const own = connection.getDB(`veche_${service}`);
  const secret = process.env[`VECHE_MONGO_${service.toUpperCase()}`];
  const roles = [{ role: 'readWrite', db: `veche_${service}` }];
  if (own.getUser(service)) {
    own.updateUser(service, { pwd: secret, roles });
  } else {
    own.createUser({ user: service, pwd: secret, roles });
  }
}
