import { createContext } from "react";

/** Whether the block that is rendered still grows. */
export const LiveBlock = createContext(false);
