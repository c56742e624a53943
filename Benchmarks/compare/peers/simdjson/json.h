// SPDX-License-Identifier: Apache-2.0
// Shorthands over simdjson On-Demand, written for the API of 3.0.
#pragma once

#include <simdjson.h>

#include <cstring>

#include "record.h"

namespace od = simdjson::ondemand;

// A key that is compared as it stands in the file: one with a \u escape is not recognised.
struct Key {
  const char *bytes;
  template <size_t N>
  bool operator==(const char (&name)[N]) const {
    return std::memcmp(bytes, name, N - 1) == 0 && bytes[N - 1] == '"';
  }
};

template <class Visit>
inline void eachMember(od::object object, Visit visit) {
  for (auto item : object) {
    od::field field = std::move(item).take_value();
    visit(Key{field.key().raw()}, field.value());
  }
}

template <class Visit>
inline void eachMember(od::value value, Visit visit) {
  eachMember(value.get_object().value(), visit);
}

template <class Visit>
inline void eachElement(od::value value, Visit visit) {
  od::array array = value.get_array().value();
  for (auto item : array) visit(od::value(std::move(item).value()));
}

// simdjson counts the blanks up to the next token as part of a token.
inline Text trimmed(Text text) {
  while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') text.remove_suffix(1);
  return text;
}

// A string with its quotes, a number, true, false or null.
inline Text scalar(od::value value) { return trimmed(value.raw_json_token()); }

inline bool isString(Text token) { return token.front() == '"'; }

inline bool isNull(Text token) { return token == "null"; }

inline Text string(od::value value) {
  Text token = scalar(value);
  if (!isString(token)) throw simdjson::simdjson_error(simdjson::INCORRECT_TYPE);
  return token;
}

// Any value as it stands in the file.
inline Text raw(od::value value) {
  switch (value.type().value()) {
    case od::json_type::object: {
      od::object object = value.get_object().value();
      return trimmed(object.raw_json().value());
    }
    case od::json_type::array: {
      od::array array = value.get_array().value();
      return trimmed(array.raw_json().value());
    }
    default: return scalar(value);
  }
}
