import type express from 'express';
// @ts-expect-error: Express 4 under its second name has no types of its own.
import untyped from 'express4';

/** Express 4. The part of its API that is used here is the same as in Express 5. */
export const express4: typeof express = untyped;
