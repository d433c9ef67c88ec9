# Copyright: (c) 2026, the failover.vrrp contributors
# BSD-2-Clause (see LICENSES/BSD-2-Clause.txt or https://opensource.org/license/bsd-2-clause)
# SPDX-License-Identifier: BSD-2-Clause
#
# This module is PRIVATE to the collection and can change at any time.

"""The global definitions: defaults of instances and scripts, and what concerns keepalived alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Dict, Mapping, Tuple

from .blocks import Statement
from .values import decimal, first, flag, whole
from .verdicts import Entry, Handler, Outcome, dropped, equal, mapped, refused

_SECONDS_MAX = 3600
_REFRESH_MAX = 86400
_ANNOUNCE_MAX = 100


@dataclass
class Globals:
    """Defaults of instances. ``instance`` are settings of ours, ``strict`` is vrrp_strict,
    and ``script_user`` the user of commands that name none. Mutable.
    """

    version: int | None = None
    strict: bool = False
    script_user: str = ""
    groups: Dict[int, str] = field(default_factory=dict)  # By the version of IP.
    instance: Dict[str, Any] = field(default_factory=dict)


def _seconds(setting: str, most: float = _SECONDS_MAX) -> Handler[Globals]:

    def handle(defaults: Globals, statement: Statement) -> Outcome:
        defaults.instance[setting] = decimal(first(statement), 0, most)
        return mapped(f"{setting} of each instance")

    return handle


def _count(setting: str, most: int = _ANNOUNCE_MAX) -> Handler[Globals]:

    def handle(defaults: Globals, statement: Statement) -> Outcome:
        defaults.instance[setting] = whole(first(statement), 1, most)
        return mapped(f"{setting} of each instance")

    return handle


def refresh_of(statement: Statement) -> Tuple[float, Outcome]:
    """Return the seconds between periodic announcements, and the outcome; raises ValueError."""
    given = decimal(first(statement), 0, _REFRESH_MAX)
    cut = f", {_SECONDS_MAX} at most" if given > _SECONDS_MAX else ""
    return min(given, _SECONDS_MAX), mapped(f"announce_refresh{cut}")


def _refresh(defaults: Globals, statement: Statement) -> Outcome:
    defaults.instance["announce_refresh"], outcome = refresh_of(statement)
    return mapped(f"{outcome.text} of each instance")


def _pause(defaults: Globals, statement: Statement) -> Outcome:
    pause = decimal(first(statement), 0, 10)
    if pause == 0:
        return equal("keepalived rejects 0, and goes on without a pause, as the agent does")
    before = defaults.instance.get("announce_interval", 0)
    defaults.instance["announce_interval"] = max(pause, before)
    return mapped("announce_interval of each instance, for both families")


def _few(defaults: Globals, statement: Statement) -> Outcome:
    if not flag(statement):
        return equal("announcements are repeated")
    defaults.instance.update(announce_count=1, announce_delay=0)
    return mapped("announce_count and announce_delay of each instance")


def _version(defaults: Globals, statement: Statement) -> Outcome:
    defaults.version = whole(first(statement), 2, 3)
    return mapped("version of each instance")


def _strict(defaults: Globals, statement: Statement) -> Outcome:
    defaults.strict = flag(statement)
    return mapped("accept_mode and strict_link_local of each instance")


def _script_user(defaults: Globals, statement: Statement) -> Outcome:
    defaults.script_user = first(statement)
    return mapped("user of each command")


def _group(version: int, defaults: Globals, statement: Statement) -> Outcome:
    defaults.groups[version] = first(statement)
    return mapped("multicast_group of each instance")


_MAIL = refused("no mails are sent: run a hook, or let the monitoring send them")
_MAIL_SERVER = dropped("it is for mails, which smtp_alert asks for")
_SNMP = dropped("there is no SNMP: vrrpctl status --json, vrrpctl watch --json")
_PROCESS = dropped("the agent has settings of its own for its process (vrrp_scheduling)")
_CHECKERS = dropped("it is for virtual servers, with which keepalived goes on by itself (--check)")
_FIREWALL = dropped("the agent uses nftables, in tables of its own")
_DEBUG = dropped("it is for the search for faults in keepalived")
_BUFFERS = dropped("the agent sizes its buffers itself")
_FIFO = refused("there is no FIFO: let the program read vrrpctl watch --notify")
OWN_CONCERNS = (_PROCESS, _CHECKERS, _DEBUG, _BUFFERS)
ANSWERS_AGAIN = equal("announced again whenever a master of lower priority was heard")

GLOBAL_WORDS: Mapping[str, Entry[Globals]] = {
    "vrrp_version": _version,
    "vrrp_strict": _strict,
    "script_user": _script_user,
    "vrrp_garp_master_delay": _seconds("announce_delay"),
    "vrrp_garp_master_repeat": _count("announce_count"),
    "vrrp_garp_master_refresh": _refresh,
    "vrrp_garp_master_refresh_repeat": _count("announce_refresh_count"),
    "vrrp_garp_interval": _pause,
    "vrrp_gna_interval": _pause,
    "vrrp_min_garp": _few,
    "vrrp_down_timer_adverts": _count("down_intervals"),
    "vrrp_startup_delay": _seconds("startup_delay"),
    "vrrp_mcast_group4": partial(_group, 4),
    "vrrp_mcast_group6": partial(_group, 6),
    "vrrp_garp_lower_prio_delay": ANSWERS_AGAIN,
    "vrrp_garp_lower_prio_repeat": ANSWERS_AGAIN,
    "vrrp_garp_extra_if": equal("announced on each interface with an address"),
    "vrrp_lower_prio_no_advert": dropped("a master always answers, as RFC 9568 wants"),
    "vrrp_higher_prio_send_advert": equal("a master that gives up advertises once more"),
    "vrrp_check_unicast_src": equal("advertisements of others are discarded by default"),
    "vrrp_skip_check_adv_addr": dropped("other address lists are accepted, and reported"),
    "vrrp_notify_priority_changes": dropped("vrrpctl watch reports all changes"),
    "enable_script_security": equal("commands run as the user that they name, or none"),
    "dynamic_interfaces": equal("interfaces may appear later"),
    "log_unknown_vrids": dropped("they are counted: vrrpctl status --json"),
    "notification_email": _MAIL_SERVER,
    "notification_email_from": _MAIL_SERVER,
    "smtp_server": _MAIL_SERVER,
    "smtp_helo_name": _MAIL_SERVER,
    "smtp_connect_timeout": _MAIL_SERVER,
    "no_email_faults": _MAIL_SERVER,
    "smtp_alert": _MAIL,
    "smtp_alert_vrrp": _MAIL,
    "notify_fifo": _FIFO,
    "notify_fifo_script": _FIFO,
    "vrrp_notify_fifo": _FIFO,
    "vrrp_notify_fifo_script": _FIFO,
    "fifo_write_vrrp_states_on_reload": _FIFO,
    "lvs_sync_daemon": refused("the state of the sync daemon would not follow the master"),
    "vmac_prefix": dropped("virtual_mac_name names the interface of each instance"),
    "vmac_addr_prefix": refused("give the MAC address of each instance: virtual_mac_address"),
    "startup_script": refused("let a unit of systemd run it before vrrp-agent.service"),
    "shutdown_script": refused("let a unit of systemd run it after vrrp-agent.service"),
    "router_id": dropped("mails and SNMP name the host by it"),
    "default_interface": dropped("each address here says where it is"),
    "use_pid_dir": dropped("systemd knows the processes"),
    "linkbeat_use_polling": dropped("the kernel reports the state of interfaces"),
    "child_wait_time": _PROCESS,
    "umask": _PROCESS,
    "net_namespace": refused("let systemd start the agent there (NetworkNamespacePath=)"),
    "net_namespace_ipvs": _CHECKERS,
    "instance": dropped("there is one agent on a host"),
    **dict.fromkeys(("enable_snmp_vrrp", "enable_snmp_rfc", "enable_snmp_rfcv2"), _SNMP),
    **dict.fromkeys(("enable_snmp_rfcv3", "enable_traps", "snmp_socket"), _SNMP),
    **dict.fromkeys(("enable_dbus", "dbus_service_name", "dbus_no_interface_name"), _SNMP),
    **dict.fromkeys(("nftables", "nftables_priority", "nftables_counters"), _FIREWALL),
    **dict.fromkeys(("nftables_ifindex", "vrrp_iptables", "vrrp_ipsets"), _FIREWALL),
    "disable_local_igmp": _FIREWALL,
    **dict.fromkeys(
        (
            "startup_script_timeout", "shutdown_script_timeout", "tmp_config_directory",
            "config_save_dir", "process_names", "process_name", "vrrp_process_name",
            "max_auto_priority", "min_auto_priority_delay", "vrrp_priority", "vrrp_no_swap",
            "vrrp_cpu_affinity", "vrrp_rt_priority", "vrrp_rlimit_rttime", "bfd_process_name",
            "bfd_priority", "bfd_no_swap", "bfd_cpu_affinity", "bfd_rt_priority",
            "bfd_rlimit_rttime",
        ),
        _PROCESS,
    ),
    **dict.fromkeys(
        (
            "checker_process_name", "checker_priority", "checker_no_swap", "checker_cpu_affinity",
            "checker_rt_priority", "checker_rlimit_rttime", "checker_log_all_failures",
            "enable_snmp_checker", "smtp_alert_checker", "no_checker_emails", "rs_init_notifies",
            "lvs_timeouts", "lvs_flush", "lvs_flush_on_stop", "lvs_flush_onstop",
            "lvs_notify_fifo", "lvs_notify_fifo_script", "nftables_ipvs",
            "nftables_ipvs_priority", "nftables_ipvs_start_fwmark",
            "lvs_netlink_cmd_rcv_bufs", "lvs_netlink_cmd_rcv_bufs_force",
            "lvs_netlink_monitor_rcv_bufs", "lvs_netlink_monitor_rcv_bufs_force",
        ),
        _CHECKERS,
    ),
    **dict.fromkeys(
        (
            "vrrp_netlink_cmd_rcv_bufs", "vrrp_netlink_cmd_rcv_bufs_force",
            "vrrp_netlink_monitor_rcv_bufs", "vrrp_netlink_monitor_rcv_bufs_force",
            "process_monitor_rcv_bufs", "process_monitor_rcv_bufs_force",
            "vrrp_rx_bufs_policy", "vrrp_rx_bufs_multiplier",
        ),
        _BUFFERS,
    ),
    **dict.fromkeys(
        (
            "random_seed", "reload_check_config", "include_check", "reload_time_file",
            "reload_repeat", "reload_file", "data_use_instance", "state_dump_file",
            "stats_dump_file", "json_dump_file", "json_version", "debug",
        ),
        _DEBUG,
    ),
}  # fmt: skip
