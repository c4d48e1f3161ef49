/** What a person is told as soon as it happens. */
export const notices = {
  title: "Notifications",
  say: "This browser tells you of a new phone and of tampering (rules in force that changed by no hand of the box, a bundle with a wrong signature), as long as the panel is open in one of its tabs or installed as an app.",
  on: "Tell me here",
  insecure:
    "Browsers allow notifications, and the panel as an app, over HTTPS only: set [panel] tls in the box's settings, and trust its certificate on this device.",
  denied:
    "This browser has been told not to show notifications of this page. Its own settings for the page allow them again.",
  unsupported: "This browser knows no notifications.",
  newDevice: "A new phone",
  newDeviceSay: (name: string) => `${name} asked this box for the first time.`,
  tampering: "Tampered with",
  tamperingSay: (what: string, detail: string) => `${what}: ${detail}`,
};
