// Loaded into Node.js before the program, by NODE_OPTIONS, as versions before 22.21 read no proxy variable. It leads
// connections to the ports of HTTPS and HTTP: those to emulated names to the emulator, which tells them by SNI and
// Host; those to others nowhere, as its proxy does. In the syntax of Node.js 14.
"use strict";
const { Socket } = require("net");
const { host, port, emulated, passThrough, unproxied } = JSON.parse(process.env.WXEMU_INTERCEPTION || "null") || {};
const LOCAL = /^(localhost|.+\.localhost|(::ffff:)?(127\.[\d.]+|0\.0\.0\.0)|::1?)$/;

const isNamed = (name, patterns) =>
  patterns.some((pattern) => (pattern.startsWith("*.") ? name.endsWith(pattern.slice(1)) : name === pattern));

function lead(options) {
  const [name, address] = [options.servername || options.host, options.host || "localhost"].map(
    (text) => String(text || "localhost").toLowerCase().replace(/\.$/, "")
  );
  if (options.path || ![443, 80].includes(Number(options.port))) return options;
  if (isNamed(name, passThrough)) return options;
  if (isNamed(name, emulated)) return { ...options, host, port, lookup: undefined };
  if (passThrough.includes("all") || LOCAL.test(address) || unproxied.includes(address)) return options;
  const refusal = new Error(`wxemu: ${name} is not emulated; \`wxemu exec --pass-through ${name}\` allows it`);
  // Not by its own name, which may be an address, for which nothing is looked up.
  return { ...options, host: "refused", lookup: (_name, _options, done) => process.nextTick(done, refusal) };
}

const { connect } = Socket.prototype;
if (host) {
  Socket.prototype.connect = function (...given) {
    const [first, ...rest] = Array.isArray(given[0]) ? given[0] : given; // an array is Node's own form
    if (first !== null && typeof first === "object") return connect.call(this, lead(first), ...rest.filter(Boolean));
    if (isNaN(first)) return connect.apply(this, given); // a path
    const name = typeof rest[0] === "string" ? rest.shift() : undefined;
    return connect.call(this, lead({ port: first, host: name }), ...rest);
  };
}
