import {describe, test} from '@jest/globals'
import {everyReportIsAsked, loopLaw} from './loop-law.js'

test('every report is asked', everyReportIsAsked)

/** A healthy pod whose Envoy has filters through ECDS, one without a sidecar, and one with changed rules. */
const PODS = /^(productpage|sick-noinject|sick-drift)-/

describe('a report is the same from a mesh, from a capture of it, and from a cluster that serves it', () =>
  // The overview is made of the other answers; the long test asks for it as well.
  loopLaw(({name}) => PODS.test(name), 3, 0.25, ['overview']))
