/** How a phone is pointed at the box, step by step. Menus are named as the phones name them. */
export const point = {
  title: "Point this phone at the box",
  below: "From then on the box answers what this phone asks for, and stops what spies on you.",
  address: "The box's address",
  noAddress: "the box's address",
  which: "Which phone is it?",
  kinds: {
    xiaomi: "Xiaomi, Redmi, POCO (MIUI, HyperOS)",
    android: "Other Android",
    ios: "iPhone, iPad",
    router: "All of them, at the router",
  },
  steps: {
    xiaomi: (address: string) => [
      "Open Settings › Wi-Fi and tap the arrow › next to your network.",
      "At “IP settings”, choose Static. The other fields fill themselves; if “IP address” stays empty, write the one that the phone has now.",
      `At “DNS 1”, write ${address}. Write the same at “DNS 2”, or leave it empty if it can be.`,
      "Tap ✓ to save.",
      "Go to Settings › Connection & sharing (HyperOS: More connectivity options) › Private DNS and choose Off. Otherwise the phone asks someone else.",
    ],
    android: (address: string) => [
      "Open Settings › Network & internet › Internet and tap the gear next to your network.",
      "Note the “IP address” that stands there. Tap the pencil, then “Advanced options”. At “IP settings”, choose Static and write that address; leave “Gateway” and “Network prefix length” as they fill themselves.",
      `At “DNS 1”, write ${address}. Write the same at “DNS 2”, or leave it empty if it can be.`,
      "Save.",
      "Go to Settings › Network & internet › Private DNS and choose Off. Otherwise the phone asks someone else.",
    ],
    ios: (address: string) => [
      "Open Settings › Wi-Fi and tap ⓘ next to your network.",
      "Tap “Configure DNS” and choose Manual.",
      `Remove the servers that are there. Tap “Add Server” and write ${address}.`,
      "Tap Save.",
      "If iCloud Private Relay is on: Settings › Wi-Fi › ⓘ › turn “Limit IP Address Tracking” off for this network.",
    ],
    router: (address: string) => [
      "Open your router's page; its address often stands on its back.",
      "Find the DHCP settings, often under “LAN” or “Local network”.",
      `As DNS server, write ${address}. If there is a second one, write the same or leave it empty.`,
      "Save, then switch Wi-Fi off and on again on each phone.",
    ],
  },
  then: "Then open any page on the phone. The panel shows it as soon as it asks for something.",
  mobile: "On mobile data the phone does not ask this box.",
};
