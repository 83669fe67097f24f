import type { PlannedWaveRow } from '../../report/wave-rows.js'
import type { RunControl } from '../members/run-control.js'
import { type Due, divideIntoWaves } from './divide-into-waves.js'
import type { MigratePlan } from './migrate-plan.js'
import { CANARY } from './plan-waves.js'
import type { Rollout } from './rollout.js'

/** The waves that a plan would be carried out in; `undefined` where all would be done at once. */
export async function planWaveRows(
  { context, members, positions, namesAt }: MigratePlan,
  rollout: Rollout | undefined,
  control: RunControl,
): Promise<PlannedWaveRow[] | undefined> {
  if (rollout === undefined) return undefined
  const due = members.flatMap((member, index): Due[] => {
    const position = positions[index]
    const isIdle = position === undefined || 'error' in position || namesAt(position).length === 0
    return isIdle ? [] : [{ member, position }]
  })
  const waves = await divideIntoWaves(due, rollout, {
    context,
    control: { ...control, mode: 'inspect' },
  })
  return waves.map(({ number, name, databases }) => ({
    number,
    name,
    total: databases.length,
    ...(number === CANARY && { databases: [...databases] }),
  }))
}
