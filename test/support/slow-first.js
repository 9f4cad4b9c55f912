import Sequencer from '@jest/test-sequencer'

/**
 * Test files that take longest, most of them because programs are run. Begun last they would keep one core busy while the others have nothing left;
 * jest's own order on a fresh clone is by size, which says nothing about them.
 */
const SLOW = [
  'test/docs.test.ts',
  'test/browser/report.test.ts',
  'test/cli/check-fleet.test.ts',
  'test/cli/seed-items.test.ts',
  'test/loop/control-plane.test.ts',
  'test/unit/evidence-aged.test.ts',
  'test/unit/reports/check-fuzz.test.ts',
  'test/oracle/pasted-cuts-kernel.test.ts',
  'test/oracle/envoy-trace.test.ts',
  'test/unit/sources/snapshot-stress.test.ts',
  'test/cli/forms.test.ts',
]

/** Begins the slowest test files first, then jest's own order. */
export default class SlowFirst extends Sequencer {
  sort(tests) {
    const place = ({path}) => {
      const at = SLOW.findIndex(file => path.endsWith(`/${file}`))
      return at === -1 ? SLOW.length : at
    }
    return super.sort(tests).toSorted((a, b) => place(a) - place(b))
  }
}
