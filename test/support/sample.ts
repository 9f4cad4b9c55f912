import {openFiles} from '../../src/sources/open.js'
import type {Source} from '../../src/sources/source.js'

let opened: Promise<Source> | undefined

/** The sample mesh that ships with the program, read once per test file: nothing changes it. */
export function sampleSource(): Promise<Source> {
  opened ??= openFiles(['src/sample/mesh.tgz'])
  return opened
}
