// Run by mongosh at each start, repeatable: initiates the replica set, and creates users with the rights that they need.
// A service reads and writes its own database only; the operator decides on dead letters (veche dlq).

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

// A connection that was opened before the replica set existed does not see it.
const connection = new Mongo(address);

function keepUser(database, name, secret, roles) {
  if (database.getUser(name)) {
    database.updateUser(name, { pwd: secret, roles });
  } else {
    database.createUser({ user: name, pwd: secret, roles });
  }
}

for (const service of SERVICES) {
  const own = `veche_${service}`;
  const secret = process.env[`VECHE_MONGO_${service.toUpperCase()}`];
  keepUser(connection.getDB(own), service, secret, [{ role: 'readWrite', db: own }]);
}

// A replayed dead letter is published through the outbox, like every event.
const privileges = SERVICES.flatMap((service) => [
  { resource: { db: `veche_${service}`, collection: 'dead_letters' }, actions: ['find', 'update'] },
  { resource: { db: `veche_${service}`, collection: 'outbox' }, actions: ['insert'] },
]);
const central = connection.getDB('admin');
if (central.getRole('deadLetters')) {
  central.updateRole('deadLetters', { privileges, roles: [] });
} else {
  central.createRole({ role: 'deadLetters', privileges, roles: [] });
}
keepUser(central, 'operator', process.env.VECHE_MONGO_OPERATOR, ['deadLetters']);
