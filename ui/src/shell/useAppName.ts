import { useQuery } from "@tanstack/react-query";
import { configQuery } from "@/api/queries";

/** The app's name as its author gave it; the framework's until it is known. */
export function useAppName(): string {
  const { data } = useQuery(configQuery);
  return data?.name ?? "Spanlit";
}
