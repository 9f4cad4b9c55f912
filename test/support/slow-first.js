import Sequencer from '@jest/test-sequencer'

/**
 * Test files that take longest, most of them because programs are run. Begun last they would keep one core busy while the others have nothing left;
 * jest's own order on a fresh clone is by size, which says nothing about them.
 */
const SLOW = [
  'test/loop/loop-law.test.ts',
  'test/cli/check.test.ts',
  'test/cli/control-plane.test.ts',
  'test/unit/attack/endless-input.test.ts',
  'test/cli/capture.test.ts',
  'test/unit/reports/check-fleet.test.ts',
  'test/cli/general.test.ts',
  'test/cli/forms.test.ts',
  'test/unit/formats/netfilter/mutations.test.ts',
  'test/docs.test.ts',
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
