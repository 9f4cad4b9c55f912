import {redactedOnce} from './redacted-sample.js'

redactedOnce(1)
