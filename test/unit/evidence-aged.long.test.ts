import {describe} from '@jest/globals'
import {foreignPagesAreNamed, olderEvidenceIsNamed} from './evidence-aged.js'

describe('evidence older than the rest', () => olderEvidenceIsNamed(1, 0.5))
describe('a page of another proxy', () => foreignPagesAreNamed(1))
