// Node.js clients that know of no emulator: undici's fetch, https, and wx-server-sdk. Each answer is a line of JSON.
const https = require("node:https");
const { HttpsProxyAgent } = require("https-proxy-agent");
const { EnvHttpProxyAgent, fetch } = require("undici");
const cloud = require("wx-server-sdk");

const { WX_APPID, WX_SECRET, HTTPS_PROXY } = process.env;
const URL = "https://api.weixin.qq.com/cgi-bin/stable_token";
const body = JSON.stringify({ grant_type: "client_credential", appid: WX_APPID, secret: WX_SECRET });
const show = (answer) => console.log(JSON.stringify(answer));

async function viaFetch() {
  const response = await fetch(URL, { method: "POST", body, dispatcher: new EnvHttpProxyAgent() });
  return response.json();
}

function viaHttps() {
  return new Promise((resolve, reject) => {
    const request = https.request(URL, { method: "POST", agent: new HttpsProxyAgent(HTTPS_PROXY) }, (response) => {
      let text = "";
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () => resolve(JSON.parse(text)));
    });
    request.on("error", reject);
    request.end(body);
  });
}

async function main() {
  show(await viaFetch());
  show(await viaHttps());
  cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV });
  show(cloud.getWXContext());
  const signed = { openid: "oNobody", jsonString: "{}", jsonSignature: "AA==" };
  await cloud.openapi.soter.verifySignature(signed).catch(({ errCode, errMsg }) => show({ errCode, errMsg }));
  process.exit();
}

main();
