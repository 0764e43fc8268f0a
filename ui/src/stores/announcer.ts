import { create } from "zustand";

interface Announcement {
  text: string;
  /** Tells two equal announcements apart. */
  id: number;
}

/** The latest thing to be read out politely; drawn by `Announcer`. */
export const useAnnouncement = create<Announcement>(() => ({ text: "", id: 0 }));

export function announce(text: string): void {
  useAnnouncement.setState(({ id }) => ({ text, id: id + 1 }));
}
