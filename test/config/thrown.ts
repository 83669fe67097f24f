import { expect } from 'vitest'
import { UsageError } from '../../src/errors/usage-error.js'

/** The UsageError that a call throws or its promise rejects with; anything else fails the test. */
export async function thrown(act: () => unknown): Promise<UsageError> {
  try {
    await act()
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError)
    return error as UsageError
  }
  throw new Error('nothing was thrown')
}
