export const errors = {
  unreachable: "The box does not answer.",
  unreachableHint:
    "Is it running, and is this device in its network? The page goes on by itself once it answers.",
  away: "The connection to the box is lost. Trying again …",
  unknown: "Something went wrong.",
  broken: "This page has an error.",
  notFound: "There is no such page.",
  notFoundHint: "Home shows what your phones do.",
  status: (status: number) => `The box answered with the error ${status}.`,
};
