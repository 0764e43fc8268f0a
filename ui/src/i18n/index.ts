import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import trace from "@/trace/en";
import en from "./en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en; trace: typeof trace };
  }
}

/** English is bundled; a key that does not exist is a type error. */
void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en, trace } },
  interpolation: { escapeValue: false },
});

export { i18next };
