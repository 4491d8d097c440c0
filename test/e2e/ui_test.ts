/** The page at /ui, in a real browser, of a real worker. */

import assert from "node:assert/strict";
import axe, { type AxeResults } from "axe-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { systemClock } from "../../src/base/mod.ts";
import { createApps } from "../../src/rest/mod.ts";
import { FakeHerder } from "../unit/rest/fake_herder.ts";
import { launchChromium } from "./chromium.ts";
import { Connect, inTemporaryFolder } from "./connect.ts";

const hostile = `<script>alert(1)</script>"'&/`;
const sizes = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };

/** A page, what it asked for, and what the browser held against it. */
interface Seen {
  page: Page;
  requests: string[];
  complaints: string[];
}

/** A worker with a source that runs, and a sink that has failed, whose name and trace mean harm. */
async function withWorker(
  test: (url: string, folder: string, browser: Browser) => Promise<void>,
  props: Record<string, string> = {},
): Promise<void> {
  await inTemporaryFolder(async (folder) => {
    const connect = new Connect(folder);
    const url = await connect.start({
      worker: {
        listeners: "http://127.0.0.1:0",
        "key.converter": "StringConverter",
        "value.converter": "StringConverter",
        "offset.storage.file.filename": "offsets",
        ...props,
      },
      lines: {
        name: "lines",
        "connector.class": "FileStreamSource",
        file: `${folder}/in.txt`,
        topic: "lines",
      },
      sink: {
        name: hostile,
        "connector.class": "FileStreamSink",
        file: `${folder}/none/<img src=x onerror=alert(2)>`,
        topics: "lines",
      },
    });
    const browser = await launchChromium();
    try {
      await test(url, folder, browser);
    } finally {
      await browser.close();
      assert.equal(await connect.stop(), 0);
    }
  });
}

async function open(browser: Browser, url: string, options: BrowserContextOptions): Promise<Seen> {
  const context = await browser.newContext({ viewport: sizes.desktop, ...options });
  const page = await context.newPage();
  const seen: Seen = { page, requests: [], complaints: [] };
  page.on("request", (request) => seen.requests.push(request.url()));
  page.on("dialog", (dialog) => seen.complaints.push(`dialog ${dialog.message()}`));
  page.on("pageerror", (error) => seen.complaints.push(error.message));
  page.on("console", (message) => seen.complaints.push(message.text()));
  await page.goto(`${url}ui`);
  return seen;
}

Deno.test("the page at /ui shows what runs and why the rest does not, asks no one else, and obeys its policy", async () => {
  await withWorker(async (url, _, browser) => {
    const seen = await open(browser, url, {});
    const { page } = seen;
    await page.getByText("1 failed, 1 running").waitFor();
    const sections = page.locator("main section");
    assert.deepEqual(await sections.locator("h2").allTextContents(), [hostile, "lines"]);
    const trace = sections.first().locator("details");
    assert.match(await trace.locator("summary").innerText(), /<img src=x onerror=alert\(2\)>/);
    await page.setViewportSize(sizes.phone);
    await trace.locator("summary").click();
    // It is fetched again, and what is open, how far it was read, and what has the focus stay.
    const marked = await trace.evaluate((details) => {
      details.setAttribute("data-old", "");
      const pre = details.querySelector("pre")!;
      pre.focus();
      pre.scrollLeft = 20;
      return document.activeElement!.id;
    });
    await page.locator("[data-old]").waitFor({ state: "detached" });
    assert.match(await trace.locator("pre").innerText(), /\n\s+at /);
    assert.equal(await trace.locator("pre").evaluate(({ scrollLeft }) => scrollLeft), 20);
    assert.equal(await page.evaluate(() => document.activeElement!.id), marked);
    assert.deepEqual(await page.locator("main script, main img").count(), 0);
    assert.deepEqual(seen.requests.filter((asked) => !asked.startsWith(url)), []);
    assert.deepEqual(seen.complaints, []);

    // The policy is in force: what is not ours does not run.
    const violations = await page.evaluate(async () => {
      const found = new Set<string>();
      const allFound = new Promise<void>((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => {
          found.add(event.effectiveDirective);
          if (found.size === 4) resolve();
        });
      });
      const script = document.createElement("script");
      script.textContent = "document.title = 'harm'";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='document.title = 1'>");
      document.body.insertAdjacentHTML("beforeend", "<p style='color: red'>");
      await fetch("http://127.0.0.1:9/").catch(() => {});
      await Promise.race([allFound, new Promise((resolve) => setTimeout(resolve, 5000))]);
      return [...found].toSorted();
    });
    assert.deepEqual(violations, [
      "connect-src",
      "script-src-attr",
      "script-src-elem",
      "style-src-attr",
    ]);
    assert.doesNotMatch(await page.title(), /harm|^1$/);
  });
});

Deno.test("the buttons of /ui pause, resume and restart, with the keyboard too, and tell what is refused", async () => {
  await withWorker(async (url, folder, browser) => {
    const { page, complaints } = await open(browser, url, {});
    const lines = page.getByRole("region", { name: "lines", exact: true });
    const states = lines.locator(".state");
    const become = async (state: string) => {
      await lines.locator(`.head .state:text-is("${state}")`).waitFor();
      await lines.locator(`tbody .state:text-is("${state}")`).waitFor();
    };
    await become("running");
    await page.getByRole("button", { name: "Pause lines" }).click();
    await become("paused");
    await page.getByRole("status").getByText("Pause lines: done").waitFor();
    await page.getByRole("button", { name: "Resume lines" }).focus();
    await page.keyboard.press("Enter");
    await become("running");
    assert.equal(await states.count(), 2);

    // What has failed can be mended and restarted, by the task's own button.
    await Deno.mkdir(`${folder}/none`);
    await page.getByRole("button", { name: `Restart task 0 of ${hostile}` }).click();
    await page.locator("main section").filter({ hasText: hostile }).locator("tbody .running")
      .waitFor();
    await page.locator("details").waitFor({ state: "detached" });
    await page.getByRole("button", { name: `Restart ${hostile}`, exact: true }).click();
    await page.getByRole("status").getByText(`Restart ${hostile}: done`).waitFor();

    // It is gone before the page knows.
    await page.route("**/ui", (route) => route.abort());
    await fetch(`${url}connectors/lines`, { method: "DELETE" });
    await page.getByRole("button", { name: "Pause lines" }).click();
    await page.getByRole("status").getByText("The worker does not answer").waitFor();
    await page.unroute("**/ui");
    await page.getByRole("region", { name: "lines", exact: true }).waitFor({ state: "detached" });
    assert.deepEqual(complaints.filter((text) => !/Failed to load resource/.test(text)), []);
  });
});

Deno.test("the page at /ui can be used by everyone, on a phone and on a desktop, in light and dark", async () => {
  await withWorker(async (url, _, browser) => {
    for (const [name, viewport] of Object.entries(sizes)) {
      for (const colorScheme of ["light", "dark"] as const) {
        const { page } = await open(browser, url, { viewport, colorScheme, bypassCSP: true });
        await page.getByText("1 failed, 1 running").waitFor();
        await page.locator("summary").click();
        await page.evaluate(axe.source);
        const violations = await page.evaluate(async () => {
          const { axe } = globalThis as unknown as { axe: { run(): Promise<AxeResults> } };
          return (await axe.run()).violations.map(({ id, nodes }) => [id, nodes[0].html]);
        });
        assert.deepEqual(violations, [], `${name}, ${colorScheme}`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= viewport.width, `${name}: ${width} wide`);
        const shots = Deno.env.get("SCREENSHOTS");
        if (shots) await page.screenshot({ path: `${shots}/${name}-${colorScheme}.png` });
        await page.context().close();
      }
    }
  });
});

Deno.test("the page at /ui is for those alone whom REST lets in, and for readers its buttons change nothing", async () => {
  await inTemporaryFolder(async (folder) => {
    await Deno.writeTextFile(
      `${folder}/jaas.conf`,
      "KafkaConnect {\n  org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule " +
        `required file="${folder}/users.properties";\n};\n`,
    );
    await Deno.writeTextFile(`${folder}/users.properties`, "ann=secret\nreader=only\n");
    const extension = "org.apache.kafka.connect.rest.basic.auth.extension";
    await withWorker(async (url, _, browser) => {
      for (const path of ["ui", "ui/page.js", "ui/style.css"]) {
        assert.equal((await fetch(url + path)).status, 401);
      }
      const as = (username: string, password: string) =>
        open(browser, url, { httpCredentials: { username, password } });
      const { page: refused } = await as("ann", "wrong");
      assert.equal(await refused.locator("section").count(), 0);
      const { page: reader } = await as("reader", "only");
      await reader.getByRole("button", { name: "Pause lines" }).click();
      await reader.getByRole("status").getByText("User reader may only read").waitFor();
      const { page } = await as("ann", "secret");
      await page.getByRole("button", { name: "Pause lines" }).click();
      await page.getByRole("button", { name: "Resume lines" }).waitFor();
    }, {
      "rest.extension.classes": `${extension}.BasicAuthSecurityRestExtension`,
      "rest.basic.auth.jaas.config.file": `${folder}/jaas.conf`,
      "rest.basic.auth.read.only.users": "reader",
    });
  });
});

Deno.test("a page from elsewhere restarts nothing, not even with a POST that browsers send unasked", async () => {
  await withWorker(async (url, _, browser) => {
    const elsewhere = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("<title>elsewhere</title>", { headers: { "content-type": "text/html" } }),
    );
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${elsewhere.addr.port}/`);
      const answered = page.waitForResponse(`${url}connectors/lines/restart`);
      await page.evaluate((url) => {
        return fetch(`${url}connectors/lines/restart`, { method: "POST", mode: "no-cors" });
      }, url);
      assert.equal((await answered).status(), 403);
    } finally {
      await elsewhere.shutdown();
    }
    const restart = { method: "POST" };
    assert.equal((await fetch(`${url}connectors/lines/restart`, restart)).status, 204);
  });
});

Deno.test("the page at /ui tells rates, lag and errors where the worker counts, and has room for them on a phone", async () => {
  const herder = new FakeHerder();
  for (let i = 0; i < 30; i++) {
    const props = { name: `connector-${i}`, "connector.class": "FileStreamSink", topics: "t" };
    await herder.putConnectorConfig(props.name, props, false);
  }
  let records = 0;
  const { main } = createApps({
    herder: () => herder,
    commit: "unknown",
    clusterId: () => "a-cluster",
    measurable: () => ({
      measure() {
        records += 1_000_000;
        const tags = { connector: "connector-0", task: "0" };
        const attributes = {
          "source-record-poll-total": records,
          "total-record-failures": 99_999,
          "records-lag": 9_876_543,
        };
        return Promise.resolve([{ type: "source-task-metrics", tags, attributes }]);
      },
    }),
    clock: systemClock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
  });
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, (request) => main.fetch(request));
  const browser = await launchChromium();
  try {
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const { page, complaints } = await open(browser, url, { viewport: sizes.phone });
    const row = page.getByRole("region", { name: "connector-0", exact: true }).locator("tbody tr");
    await row.getByText("9.9M").waitFor();
    await row.getByText("99,999").waitFor();
    // Two seconds apart, give or take what the machine is busy with.
    await row.locator("[data-rate]").filter({ hasText: /^[3-6]\d\d(\.\d)?K$/ }).waitFor();
    const room = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll("section")]
        .map(({ scrollWidth, clientWidth }) => clientWidth - scrollWidth)
    );
    assert.deepEqual(new Set(room), new Set([0]));
    const shots = Deno.env.get("SCREENSHOTS");
    if (shots) await page.screenshot({ path: `${shots}/figures.png` });

    // Of many, some can be looked for, and stay found.
    await page.keyboard.press("/");
    await page.keyboard.type("Connector-2 source running");
    await page.getByText("11 of 30").waitFor();
    // The first one alone changes.
    await page.evaluate(() => {
      for (const name of document.querySelectorAll("h2")) name.setAttribute("data-old", "");
    });
    await page.locator("section:first-of-type [data-old]").waitFor({ state: "detached" });
    assert.equal(await page.locator("[data-old]").count(), 29);
    assert.equal(await page.locator("section:visible").count(), 11);
    assert.deepEqual(complaints, []);
  } finally {
    await browser.close();
    await server.shutdown();
  }
});
