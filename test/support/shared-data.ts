import {existsSync} from 'node:fs'
import {resolve} from 'node:path'
import {skipUnless} from './skip-unless.js'

/** Where larger recordings lie when they are at hand (beside the repository); a user's clone does not have them. */
export const SHARED = resolve('../shared/data')

/** True when the recording folder is there. */
export function hasShared(...parts: readonly string[]): boolean {
  return existsSync(resolve(SHARED, ...parts))
}

/** A test that needs the larger recordings: runs when they are there, else is counted as skipped. */
export const {test: sharedTest} = skipUnless(existsSync(SHARED), 'the recordings in ../shared/data')
