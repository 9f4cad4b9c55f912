import {readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'

interface Locked {
  readonly integrity?: string
  readonly link?: boolean
}

test('every package of the lock has an integrity hash, those of other platforms too', () => {
  const {packages} = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {packages: Record<string, Locked>}
  const entries = Object.entries(packages).filter(([path, {link}]) => path !== '' && link !== true)
  expect(
    entries.filter(([, {integrity = ''}]) => !/^sha512-[A-Za-z0-9+/]{86}==$/.test(integrity)).map(([path]) => path),
  ).toEqual([])
  expect(entries.length).toBeGreaterThan(300)
})
