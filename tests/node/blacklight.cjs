// Has Blacklight's collector look at one page, and prints its report as JSON: URL, a folder, a browser, a Cookie header.
const { collect } = require("@themarkup/blacklight-collector");

const [url, outDir, puppeteerExecutablePath, cookie] = process.argv.slice(2);
const print = console.log;
console.log = () => {}; // it tells its progress
collect(url, {
  outDir, puppeteerExecutablePath, numPages: 0, saveScreenshots: false, captureHar: false,
  headers: cookie ? { Cookie: cookie } : {},
}).then(report => {
  print(JSON.stringify(report));
  process.exit(); // before its timers end
});
