import {describe, expect, test} from '@jest/globals'
import {installedRunbooks} from '../../../src/cli/input/runbooks.js'
import {runbookReport} from '../../../src/reports/runbook/report.js'
import {runbookView} from '../../../src/reports/runbook/view.js'
import {renderDoc} from '../../../src/terminal/render.js'

const all = await installedRunbooks(process.cwd())

describe('runbooks', () => {
  test('each has a question, a command that runs on the sample or a file, and what to do', () => {
    expect(all.length).toBeGreaterThanOrEqual(15)
    for (const {name, text} of all) {
      expect([name, /^## 1\. /m.test(text), /^\$ meshctl .*(?:--from sample|-f docs\/runbooks\/)/m.test(text)]).toEqual(
        [name, true, true],
      )
      expect([name, text.includes('## What to do')]).toEqual([name, true])
    }
  })

  test.each([
    ['503-no-healthy-upstream', '503-no-healthy-upstream'],
    ['503 UH', '503-no-healthy-upstream'],
    ['rbac', '403-rbac-access-denied'],
    ['drift', 'drift'],
  ])('%s is %s', (symptom, name) => {
    expect(runbookReport(all, symptom).runbooks.map(each => each.name)).toEqual([name])
  })

  test('without a symptom, or with one that fits several, they are listed; one that is none names the nearest', () => {
    expect(runbookReport(all, undefined).runbooks).toHaveLength(all.length)
    expect(runbookReport(all, '503').runbooks.length).toBeGreaterThan(1)
    expect(() => runbookReport(all, 'drfit')).toThrow('no runbook for "drfit"')
  })

  test('a page is shown without the marks of Markdown', () => {
    const text = renderDoc(runbookView.doc(runbookReport(all, 'drift'), 'table'), {
      width: 80,
      colour: false,
      headers: true,
    })
    expect(text).toContain('  $ meshctl iptables deploy/sick-drift-v1')
    expect(text).not.toMatch(/^(?:#|```)/m)
  })
})
