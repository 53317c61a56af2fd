// Clients of Node.js that know of no emulator, one by its name: what it is told at each URL, as a line of JSON.
const dns = require("node:dns");
const http = require("node:http");
const https = require("node:https");
const net = require("node:net");
const tls = require("node:tls");

const WECHAT = "https://api.weixin.qq.com/";
const { WX_APPID, WX_SECRET } = process.env;

const CLIENTS = {
  fetch: (url) => fetch(url).then((response) => response.text()),
  https: (url) => got(url),
  "https with a lookup of its own": (url) => got(url, { lookup: (name, _, done) => ownResolver().resolve4(name, done) }),
  "https that asks for IPv6": (url) => got(url, { family: 6 }),
  tls: (url) => overTls(new URL(url)),
  axios: (url) => require("axios").get(url, { transformResponse: String }).then(({ data }) => data),
  request: (url) => require("request-promise").get(url),
  undici: (url) => require("undici").request(url).then(({ body }) => body.text()),
  "co-wechat-api": (url) => coWechat(url),
  "node-easywechat": (url) => easywechat(url),
};

function got(url, options = {}) {
  return new Promise((resolve, reject) => {
    const module = url.startsWith("https:") ? https : http;
    const request = module.get(url, options, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk)).on("end", () => resolve(text));
    });
    request.on("error", reject);
  });
}

function overTls({ hostname, pathname }) {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = tls.connect(443, hostname, { servername: hostname }, () =>
      socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}\r\nConnection: close\r\n\r\n`)
    );
    socket.on("data", (chunk) => (text += chunk)).on("end", () => resolve(text)).on("error", reject);
  });
}

function ownResolver() {
  const resolver = new dns.Resolver({ timeout: 100, tries: 1 });
  resolver.setServers(["192.0.2.1"]); // where nobody is
  return resolver;
}

// Of these two WeChat's own answers are asked for, which is what they can read.
async function coWechat(url) {
  const api = new (require("co-wechat-api"))(WX_APPID, WX_SECRET);
  return url.startsWith(WECHAT) ? (await api.ensureAccessToken()).accessToken : api.request(url, {});
}

async function easywechat(url) {
  const { OfficialAccount } = require("node-easywechat");
  const account = new OfficialAccount({ app_id: WX_APPID, secret: WX_SECRET });
  if (url.startsWith(WECHAT)) return account.getAccessToken().getToken();
  const response = await account.getHttpClient().request("GET", url);
  if (!response.isSuccessful()) throw new Error(response.getContent());
  return response.getContent();
}

async function main(name, ...urls) {
  for (const url of urls) {
    const told = await CLIENTS[name](url).then(
      (text) => ({ text }),
      (error) => ({ error: [error, error.cause].filter(Boolean).map(String).join(": ") })
    );
    console.log(JSON.stringify(told));
  }
}

main(...process.argv.slice(2));
