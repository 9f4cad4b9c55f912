import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {parseChange} from '../../src/formats/settings/change-file.js'
import {whatIfReport} from '../../src/reports/what-if/report.js'
import {openFiles} from '../../src/sources/open.js'
import {hasShared, SHARED} from '../support/shared-data.js'
import {skipUnless} from '../support/skip-unless.js'
import {baseTraffic, judgedChange} from '../support/what-if.js'

const {test: withChanges} = skipUnless(hasShared('whatif'), 'the recorded changes in ../shared/data/whatif')

/** Every change that was applied to a real mesh, by its folder. */
export function changes(): readonly string[] {
  return hasShared('whatif') ? readdirSync(join(SHARED, 'whatif', 'changes')).sort() : []
}

/** One test for each change: what is predicted is what a real mesh did. */
export function whatIfTests(slugs: readonly string[]): void {
  withChanges.each(slugs.length === 0 ? ['none'] : slugs)(
    '%s',
    async slug => {
      const source = await openFiles([join(SHARED, 'whatif', 'base.tgz')])
      const text = baseTraffic()
      const change = parseChange(readFileSync(join(SHARED, 'whatif', 'changes', slug, 'change.yaml')))
      const question = {change, traffic: {text, place: 'the records'}, istioNamespace: 'istio-system'}
      const {requests} = await whatIfReport(source, question)
      const {right, leftOut, wrong} = judgedChange(slug, requests, text)
      expect(wrong).toEqual([])
      expect(right + leftOut).toBe(requests.length)
      expect(leftOut).toBeLessThan(8)
    },
    120_000,
  )
}
