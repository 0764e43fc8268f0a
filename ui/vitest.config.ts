import { defineConfig, mergeConfig } from "vitest/config";
import base from "./vite.config.ts";

/** Apart from vite.config.ts, because production builds install no test tools. */
export default mergeConfig(
  base,
  defineConfig({
    test: {
      environment: "happy-dom",
      include: ["src/**/*.test.{ts,tsx}", "tests/**/*.test.{ts,tsx}"],
      setupFiles: ["./tests/setup.ts"],
      restoreMocks: true,
    },
  }),
);
