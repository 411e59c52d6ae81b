// The address that pages load. In dist/ it points to the files of its version, whose names never hold anything else.
export * from "./element.js";
