// Node's own https and fetch (undici), which ask for api.weixin.qq.com and know of no emulator.
const https = require("node:https");
const { HttpsProxyAgent } = require("https-proxy-agent");
const { Agent, EnvHttpProxyAgent, fetch } = require("undici");

const URL = "https://api.weixin.qq.com/cgi-bin/stable_token";
const [appid, secret, listener] = process.argv.slice(2);
const body = JSON.stringify({ grant_type: "client_credential", appid, secret });

function viaHttps(options) {
  return new Promise((resolve, reject) => {
    const request = https.request(URL, { method: "POST", ...options }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(JSON.parse(text)));
    });
    request.on("error", reject);
    request.write(body.slice(0, 10)); // without a length, so that it goes out in chunks
    request.end(body.slice(10));
  });
}

async function viaFetch(dispatcher, body) {
  const response = await fetch(URL, { method: "POST", body, dispatcher, duplex: "half" });
  return response.json();
}

async function* inChunks() {
  yield Buffer.from(body.slice(0, 10));
  yield Buffer.from(body.slice(10));
}

async function main() {
  const agent = new HttpsProxyAgent(process.env.HTTPS_PROXY);
  const [host, port] = listener.split(":");
  const dispatcher = new EnvHttpProxyAgent();
  const answers = {
    https: await viaHttps({ agent }),
    httpsToListener: await viaHttps({ hostname: host, port, servername: "api.weixin.qq.com", headers: { Host: "api.weixin.qq.com" } }),
    fetch: await viaFetch(dispatcher, body),
    fetchInChunks: await viaFetch(dispatcher, inChunks()),
    fetchManyAtOnce: await Promise.all(Array.from({ length: 20 }, () => viaFetch(dispatcher, body))),
    fetchPipelined: await pipelined(host, Number(port)),
  };
  console.log(JSON.stringify(answers));
  process.exit();
}

async function pipelined(host, port) {
  const connect = (options, callback) => {
    const socket = require("node:tls").connect({ host, port, servername: "api.weixin.qq.com" }, () => callback(null, socket));
    socket.on("error", callback);
  };
  const dispatcher = new Agent({ connections: 1, pipelining: 5, connect });
  const get = () => fetch("https://api.weixin.qq.com/healthz", { dispatcher }).then((response) => response.json());
  return Promise.all(Array.from({ length: 20 }, get));
}

main();
