import {describe, test} from '@jest/globals'
import {everyReportIsAsked, loopLaw} from './loop-law.js'

test('every report is asked', everyReportIsAsked)

/** A healthy pod, one whose Envoy has filters through ECDS, one without a sidecar, one whose sidecar is not ready, and one with changed rules. */
const PODS = /^(details|productpage|sick-noinject|sick-notready|sick-drift)-/

describe('a report is the same from a mesh, from a capture of it, and from a cluster that serves it', () =>
  loopLaw(({name}) => PODS.test(name), 5))
