// Drives one official client for the Go tests: reads calls from standard input,
// a JSON object on each line, and answers each with one line.
//
//   node driver.cjs v1|v2 BASE_URL DEV_ID API_KEY SIGNING_SECRET
//
//   {"call":"activity.fetch","args":[{"user_id":"…"}]}  →  {"value":…} or {"error":…}
//
// An argument {"$date":"2026-07-01"} becomes a Date.
'use strict';

const readline = require('node:readline');

const [version, base, devID, apiKey, secret] = process.argv.slice(2);

const open = {
  // Version 1 has its address written in, so the fetch that it uses is replaced
  // before it loads.
  v1() {
    const home = require.resolve('terra-api-v1');
    const path = require.resolve('cross-fetch', { paths: [home] });
    const fetch = require(path);
    const theirs = 'https://api.tryterra.co/v2';
    const local = (url, options) => {
      if (!url.startsWith(theirs)) throw new Error('an address other than the one to replace');
      return fetch(base + url.slice(theirs.length), options);
    };
    require.cache[path].exports = Object.assign(local, { __esModule: true, default: local });
    const { Terra } = require('terra-api-v1');
    return new Terra(devID, apiKey, secret);
  },
  v2() {
    const { TerraClient, verifyTerraWebhookSignature } = require('terra-api-v2');
    return Object.assign(new TerraClient({ baseUrl: base, devId: devID, apiKey }), {
      verify: (header, body) => verifyTerraWebhookSignature(body, header, secret),
    });
  },
};

const client = open[version]();

async function answer(line) {
  const { call, args } = JSON.parse(line, (_, v) => (v && v.$date ? new Date(v.$date) : v));
  try {
    const names = call.split('.');
    const method = names.pop();
    const receiver = names.reduce((o, name) => o[name], client);
    return { value: (await receiver[method](...(args ?? []))) ?? null };
  } catch (e) {
    return { error: { name: e.constructor.name, status: e.statusCode, body: e.body ?? e, message: e.message } };
  }
}

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    process.stdout.write(JSON.stringify(await answer(line)) + '\n');
  }
})();
