// What the build knows of its files, and puts in the place of this file. Here: as they lie in the working copy, for Trunk.

/** Where the module lies, from the script. */
export const moduleFolder = "./";
/** Where all files lie, from the script. */
export const root = "./";
/** The module's hash in the script that can be pinned: who pins it pins all. */
export const integrity = "";
/** The text of the style sheet, in the build at hand without a request. */
export const styles = async () => (await fetch(new URL("occupation-coder.css", import.meta.url))).text();
