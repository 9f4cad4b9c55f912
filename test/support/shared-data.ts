import {existsSync} from 'node:fs'
import {resolve} from 'node:path'
import {SHARED} from './shared-folder.js'
import {skipUnless} from './skip-unless.js'

export {SHARED}

/** True when the recording folder is there. */
export function hasShared(...parts: readonly string[]): boolean {
  return existsSync(resolve(SHARED, ...parts))
}

/** A test that needs the larger recordings: runs when they are there, else is counted as skipped. */
export const {test: sharedTest} = skipUnless(existsSync(SHARED), 'the recordings in ../shared/data')
