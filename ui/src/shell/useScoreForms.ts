import { useQuery } from "@tanstack/react-query";
import { configQuery } from "@/api/queries";
import type { ScoreForm } from "@/core/protocol";

const NONE: readonly ScoreForm[] = [];

/** The scores that the app declared; none until they are known. */
export function useScoreForms(): readonly ScoreForm[] {
  const { data } = useQuery(configQuery);
  return data?.scores ?? NONE;
}

/** Id of the person here, "" until it is known. */
export function useUserId(): string {
  const { data } = useQuery(configQuery);
  return data?.user_id ?? "";
}
