import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll} from '@jest/globals'

/** An empty directory that is removed when the tests of the file, or of the group around the call, are done. Not to be called in a test. */
export function tempFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `meshctl-${purpose}-`))
  afterAll(() => rmSync(folder, {recursive: true, force: true}))
  return folder
}
