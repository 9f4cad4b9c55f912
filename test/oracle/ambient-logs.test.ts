import {existsSync, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect} from '@jest/globals'
import {explainLine} from '../../src/analysis/log-explanation/explain.js'
import {parseLogLine} from '../../src/formats/log-line/parse.js'
import {SHARED, sharedTest} from '../support/shared-data.js'

const MOMENTS = join(SHARED, 'ambient/moments')

/** Lines of log files that begin with a time: what follows on further lines belongs to them. */
function linesOf(kind: 'ztunnel' | 'istio-cni' | 'waypoint'): readonly string[] {
  if (!existsSync(MOMENTS)) return []
  const files = readdirSync(MOMENTS).flatMap(moment => {
    const folder = join(MOMENTS, moment, kind)
    if (!existsSync(folder)) return []
    return readdirSync(folder, {recursive: true, encoding: 'utf8'})
      .filter(file => /(^|\/)log\.txt$|\.log\.txt$/.test(file))
      .map(file => join(folder, file))
  })
  const debug = join(MOMENTS, '2c-ztunnel-debug/ztunnel-log-debug.txt')
  const all = kind === 'ztunnel' ? [...files, debug] : files
  const texts = all.map(file => readFileSync(file, 'utf8'))
  return texts.flatMap(text => text.split('\n').filter(line => /^\[?\d{4}-\d\d-\d\d/.test(line)))
}

function unexplained(lines: readonly string[]): readonly string[] {
  return lines.filter(line => {
    const parsed = parseLogLine(line)
    return parsed === undefined || explainLine(parsed) === undefined
  })
}

describe('every line that the parts of an ambient mesh wrote is explained', () => {
  sharedTest.each([
    ['ztunnel', 2481],
    ['istio-cni', 327],
    ['waypoint', 730],
  ] as const)('%s', (kind, count) => {
    const lines = linesOf(kind)
    const open = unexplained(lines).map(line => line.replace(/^\S+\s+/, '').slice(0, 150))
    const shapes = new Map(open.map(line => [line.replace(/[0-9a-f]{6,}|\d+/g, 'N').slice(0, 60), line]))
    expect([...shapes.values()]).toEqual([])
    expect(lines.length).toBe(count)
  })
})
