// The address that pages load, for Trunk. In dist/ it is the element's script itself.
export * from "./element.js";
