// How the things that are compared are typed.
import { fileURLToPath } from 'node:url'

export const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url))
const plain = fileURLToPath(new URL('./plain-loop.mjs', import.meta.url))

/**
 * A command to run as a whole process. `stdin` is a file; without it there is no input. `env` is
 * added to this process's own.
 *
 * @typedef {{ argv: string[], cwd: string, stdin?: string, env?: Record<string, string> }} Command
 */

/**
 * @param {import('./fleets.mjs').Project} project
 * @param {string[]} args
 * @param {{ stdin?: string, env?: Record<string, string> }} [more]
 * @returns {Command}
 */
export function dbfleet({ directory }, args, more = {}) {
  return { argv: [process.execPath, bin, ...args], cwd: directory, ...more }
}

/**
 * @param {import('./fleets.mjs').Project} project
 * @param {'up' | 'read'} work
 * @returns {Command}
 */
export function plainLoop({ directory, databases }, work) {
  return { argv: [process.execPath, plain, work, databases], cwd: directory }
}

/** @returns {Command} */
export function emptyNode({ directory }) {
  return { argv: [process.execPath, '-e', '0'], cwd: directory }
}
