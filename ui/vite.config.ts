import { fileURLToPath } from "node:url";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = process.env.VITE_PROXY_TO ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "./",
  plugins: [react(), tailwindcss()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    proxy: {
      "/api": server,
      "/ws": { target: server, ws: true },
    },
  },
  build: {
    outDir: "../spanlit/server/static",
    emptyOutDir: true,
    manifest: true,
    license: { fileName: "third-party-licenses.md" },
    sourcemap: false,
    target: "es2022",
    chunkSizeWarningLimit: 900, // the largest is the grammar of C++, loaded with the first C++ code
  },
});
