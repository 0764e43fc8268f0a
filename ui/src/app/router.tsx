import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { basePath } from "@/api/client";
import { ChatPage } from "@/chat/ChatPage";
import { ErrorPage, NotFoundPage } from "./ErrorPage";
import { Shell } from "./Shell";
import { validateChatSearch } from "./search";

const rootRoute = createRootRoute({
  component: Shell,
  errorComponent: ErrorPage,
  notFoundComponent: NotFoundPage,
});

/** One page for a new and an old thread, so that sending the first message moves nothing. */
const chatRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "chat",
  component: ChatPage,
  validateSearch: validateChatSearch,
});
const newRoute = createRoute({ getParentRoute: () => chatRoute, path: "/" });
const threadRoute = createRoute({ getParentRoute: () => chatRoute, path: "/c/$threadId" });

const galleryRoutes = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => rootRoute,
        path: "/gallery",
        component: lazyRouteComponent(() => import("@/gallery/GalleryPage"), "GalleryPage"),
      }),
    ]
  : [];

export const router = createRouter({
  routeTree: rootRoute.addChildren([
    chatRoute.addChildren([newRoute, threadRoute]),
    ...galleryRoutes,
  ]),
  basepath: basePath,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
