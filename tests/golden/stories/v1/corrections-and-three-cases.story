# Three cases side by side. In A the last decision was mistyped and is struck after the case had closed; in B a withdrawal
# is struck that belonged to C; C follows A, in another zone, under other program parameters.
A 2025-09-02 09:00 case_opened; district=Maple Hollow
B 2025-09-02 09:05 case_opened; district=Birch Valley; county=berkshire
A 2025-09-02 09:10 leader_agreed; seat=superintendent; name=Rosa Amari
B 2025-09-02 09:15 leader_agreed; seat=superintendent; name=Rosa Amari
A 2025-09-02 09:20 leader_agreed; seat=union_president; name=Ben Castellan
A 2025-09-02 09:30 leader_agreed; seat=school_committee; name=Tola Okafor; office=chair
A 2025-09-09 16:00 meeting_held; representative=Noor Lindqvist; present=Rosa Amari; topics=interests,services,next_steps
A 2025-09-09 16:10 service_chosen; service=ibbi
A 2025-09-10 09:00 member_named; party=labor; member=castellan:Ben Castellan
B 2025-09-10 09:00 leader_agreed; seat=union_president; name=Ada Yun
A 2025-09-10 09:01 member_named; party=management; member=amari:Rosa Amari
A 2025-09-10 09:02 attendance_pledged; party=labor; member=castellan
A 2025-09-10 09:03 attendance_pledged; party=management; member=amari
A 2025-09-12 10:00 support_confirmed; body=teachers_organization; dated=2025-09-11
A 2025-09-12 10:05 support_confirmed; body=administration; dated=2025-09-11
A 2025-09-12 10:06 support_confirmed; body=school_committee; dated=2025-09-11
A 2025-09-15 11:00 application_accepted; by=Noor Lindqvist
A 2025-09-15 11:30 session_scheduled; part=1; slot=2025-10-07 08:00-16:00; neutral=reyes:Ines Reyes
C 2025-09-16 09:00 case_opened; district=Otter Creek; time_zone=America/Chicago; follows=A; program={"full_day":[360],"grace":20,"presence":"each_team","training":420,"two_half_days":[180,180]}
B 2025-09-16 10:00 case_withdrawn; by=Otter Creek; reason=an election comes first
C 2025-09-16 10:00 case_withdrawn; by=Otter Creek; reason=an election comes first
B 2025-09-17 09:00 event_voided; seq=21; reason=it was Otter Creek that withdrew
B 2025-09-17 09:05 leader_agreed; seat=school_committee; name=Mia Sorel; office=vice_chair
A 2025-10-07 08:00 session_opened; part=1; neutral=reyes:Ines Reyes; present=amari,castellan
A 2025-10-07 10:00 activity_run; kind=exercise; title=Interests behind a position
A 2025-10-07 13:30 activity_run; kind=bargaining_simulation; title=A class-size clause
A 2025-10-07 16:00 session_closed
A 2025-10-09 16:00 caucus_opened; party=labor; present=castellan
A 2025-10-09 16:10 party_decided; party=labor; decision=adopt; spokesperson=castellan
A 2025-10-10 16:00 caucus_opened; party=management; present=amari
A 2025-10-10 16:30 party_decided; party=management; decision=decline; spokesperson=amari
A 2025-10-13 09:00 event_voided; seq=32; reason=mistyped: management adopts
A 2025-10-13 09:05 party_decided; party=management; decision=adopt; spokesperson=amari
A 2025-10-14 09:00 format_chosen; format=full_day
