import type express from 'express';
// @ts-expect-error: Express 4 under its second name has no types of its own.
import untyped from 'express4';

/** Express 4, whose API is that of Express 5 as far as it is used here. */
export const express4: typeof express = untyped;
