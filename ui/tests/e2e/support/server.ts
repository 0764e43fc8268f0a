import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const ROOT = resolve(import.meta.dirname, "../../../..");
const PYTHON = process.env.SPANLIT_PYTHON ?? join(ROOT, ".venv/bin/python");
const RUN = "from spanlit.server.cli import main; main()";
const START_MS = 60_000;

interface Options {
  /** `memory:` starts faster; `chdb:` survives `kill -9`. */
  storage?: "memory:" | "chdb:";
  /** How much of the trace the page shows. */
  trace?: "full" | "tool_call" | "strip" | "hidden";
  /** More settings. */
  env?: Record<string, string>;
}

/** A real Spanlit server with an app of `tests/e2e/apps`. */
export class Server {
  url = "";
  readonly #app: string;
  readonly #storage: string;
  readonly #trace: string;
  readonly #env: Record<string, string>;
  readonly #dataDir = mkdtempSync(join(tmpdir(), "spanlit-e2e-"));
  #process: ChildProcess | null = null;

  constructor(app: string, { storage = "memory:", trace = "full", env = {} }: Options = {}) {
    this.#app = resolve(import.meta.dirname, "../apps", app);
    this.#storage = storage;
    this.#trace = trace;
    this.#env = env;
  }

  /** Start, or start again at the same address with the same data. */
  async start(): Promise<void> {
    const port = this.url === "" ? "0" : new URL(this.url).port;
    const args = ["-c", RUN, "run", this.#app, "--headless", "--port", port];
    const child = spawn(PYTHON, args, {
      cwd: ROOT,
      env: {
        ...process.env,
        PYTHONUNBUFFERED: "1",
        SPANLIT_STORAGE__URL: this.#storage,
        SPANLIT_UI__TRACE: this.#trace,
        SPANLIT_STORAGE__DATA_DIR: this.#dataDir,
        ...this.#env,
      },
    });
    this.#process = child;
    this.url = await addressOf(child);
  }

  /** `kill -9`: no goodbye, nothing flushed. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await gone;
  }

  /** The end of the test: the server, its database and its data are gone. */
  async dispose(): Promise<void> {
    await this.kill();
    await stopEngine(join(this.#dataDir, "clickhouse/engine.json"));
    rmSync(this.#dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((found, failed) => {
    let output = "";
    const timer = setTimeout(
      () => failed(new Error(`The server did not start:\n${output}`)),
      START_MS,
    );
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? [];
      if (!address) return;
      clearTimeout(timer);
      found(address);
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    child.once("exit", (code) => {
      clearTimeout(timer);
      failed(new Error(`The server ended with ${code}:\n${output}`));
    });
  });
}

/** The database serves several servers and outlives them, so it is ended by its own process id. */
async function stopEngine(infoFile: string): Promise<void> {
  let pid: number;
  try {
    pid = JSON.parse(readFileSync(infoFile, "utf8")).pid;
    process.kill(pid, "SIGTERM");
  } catch {
    return; // it was never started, or is gone already
  }
  while (isAlive(pid)) await new Promise((tick) => setTimeout(tick, 50));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
