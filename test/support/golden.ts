import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import {expect} from '@jest/globals'

/** Compares text with a golden file; UPDATE_GOLDEN=1 writes it instead, and the diff is the review. */
export function expectGolden(path: string, text: string): void {
  const file = resolve(path)
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(file, text)
  }
  expect(existsSync(file) ? readFileSync(file, 'utf8') : `no golden at ${path}`).toBe(text)
}
