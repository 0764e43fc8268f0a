/** The switches of a panel. */
export interface PanelOptions {
  compress: boolean;
  onlyErrors: boolean;
  onlyCalls: boolean;
  follow: boolean;
}

export const DEFAULT_OPTIONS: PanelOptions = {
  compress: false,
  onlyErrors: false,
  onlyCalls: false,
  follow: true,
};
