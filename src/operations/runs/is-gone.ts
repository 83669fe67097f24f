import { stateOfMaker } from '../../backup/set-maker.js'

/** Whether a process of this machine, as a holder of leases describes it, has ended. */
export function isGone(process: string): boolean {
  try {
    return stateOfMaker(JSON.parse(process)) === 'gone'
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}
