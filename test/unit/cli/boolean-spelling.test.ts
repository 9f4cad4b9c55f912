import {describe, expect, test} from '@jest/globals'
import {booleanSpelling} from '../../../src/cli/usage/boolean-spelling.js'

const FLAGS = {
  verbose: {type: 'boolean', allowNo: true},
  waypoint: {type: 'boolean'},
  name: {type: 'option'},
}

describe('boolean flags as istioctl writes them', () => {
  test.each([
    [['--verbose=false'], ['--no-verbose']],
    [
      ['--verbose=true', '--waypoint=true'],
      ['--verbose', '--waypoint'],
    ],
    [['--waypoint=false', 'x'], ['x']],
    [
      ['--name=true', '--other=false'],
      ['--name=true', '--other=false'],
    ],
    [
      ['a', '--', '--verbose=false'],
      ['a', '--', '--verbose=false'],
    ],
  ])('%j', (argv, words) => {
    expect(booleanSpelling(argv, FLAGS)).toEqual(words)
  })
})
