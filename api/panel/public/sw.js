"use strict";

// The panel's service worker: it makes the panel installable and opens it from a notification. It keeps nothing:
// what the panel shows is personal, and the box is always near.

addEventListener("install", () => skipWaiting());

addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = new URL(event.notification.data?.path ?? "/", location.origin);
  event.waitUntil(opened(url.origin === location.origin ? url.href : "/"));
});

async function opened(href) {
  const [open] = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (!open) return clients.openWindow(href);
  await open.focus();
  return open.navigate(href);
}
