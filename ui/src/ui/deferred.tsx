import { type ComponentType, Suspense, use } from "react";

/** Where there is no `requestIdleCallback` (Safari), as long after the start. */
const IDLE_MS = 1_000;

/**
 * A component that is not part of the first paint: fetched once the page is idle, or at once when
 * it is rendered before. Unlike one made by `lazy` it does not suspend when it is here already,
 * so nothing flashes and effects that move the focus run in the commit that shows it.
 */
export function deferred<P extends object>(
  load: () => Promise<ComponentType<P>>,
): ComponentType<P> {
  let loaded: ComponentType<P> | undefined;
  let loading: Promise<ComponentType<P>> | undefined;
  const fetchOnce = () => {
    loading ??= load().then((component) => {
      loaded = component;
      return component;
    });
    return loading;
  };
  whenIdle(() => {
    fetchOnce().catch(() => {
      loading = undefined; // tried again when it is needed
    });
  });
  function Loaded(props: P) {
    const Component = loaded ?? use(fetchOnce());
    return <Component {...props} />;
  }
  return (props) => (
    <Suspense>
      <Loaded {...props} />
    </Suspense>
  );
}

function whenIdle(run: () => void): void {
  if ("requestIdleCallback" in window) window.requestIdleCallback(run);
  else setTimeout(run, IDLE_MS);
}
